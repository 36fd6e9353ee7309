import { GROUPS, type CommandName } from './commands.js';
import {
  httpUrl,
  integer,
  named,
  objectName,
  oneOf,
  path,
  portOrOff,
  text,
  type ValueType,
} from './values.js';

/**
 * One option. `many`: may be given several times, and collects; `switch`: takes no value. The default is text, read like any other;
 * with `defaultText` the default depends on where the command runs, and `compile` makes it.
 */
export interface Flag<T = unknown> {
  readonly name: string;
  readonly short?: string;
  readonly env?: string;
  readonly kind: 'one' | 'many' | 'switch';
  readonly value: ValueType<T>;
  readonly default: string;
  readonly defaultText?: string;
  readonly unit?: string;
  readonly help: string;
  readonly commands: readonly CommandName[];
}

const bool: ValueType<boolean> = {
  hint: '',
  read: (value) =>
    ['true', '1', 'false', '0', ''].includes(value)
      ? value === 'true' || value === '1'
      : { refused: 'true or false' },
};

type Spec = Omit<Flag, 'value' | 'kind'>;
const one = <T>(value: ValueType<T>, spec: Spec) => ({ ...spec, kind: 'one', value }) as const;
const many = <T>(value: ValueType<T>, spec: Spec) => ({ ...spec, kind: 'many', value }) as const;
const toggle = (spec: Omit<Spec, 'default'>) =>
  ({ ...spec, kind: 'switch', value: bool, default: 'false' }) as const;

/** Every flag, by its field in `Config`. `docs/reference/cli.md` repeats this table; a test ties the two. */
export const FLAGS = {
  help: toggle({ name: 'help', short: 'h', help: 'Show this help', commands: GROUPS.all }),
  output: one(oneOf('text', 'json', 'yaml'), {
    name: 'output',
    short: 'o',
    default: 'text',
    help: 'Form of the result. `config` prints YAML for text; only `config` takes yaml',
    commands: GROUPS.all,
  }),
  noColor: toggle({
    name: 'no-color',
    env: 'NO_COLOR',
    help: 'No colours on a terminal. NO_COLOR counts when it is set to anything',
    commands: GROUPS.all,
  }),
  logLevel: one(oneOf('error', 'warn', 'info', 'debug'), {
    name: 'log-level',
    env: 'WINDLASS_LOG_LEVEL',
    default: 'info',
    help: 'Least severe event that is logged, on standard error. debug prints stacks of errors',
    commands: GROUPS.all,
  }),
  logFormat: one(oneOf('text', 'json'), {
    name: 'log-format',
    env: 'WINDLASS_LOG_FORMAT',
    default: 'text',
    help: 'One event per line, readable or as JSON',
    commands: GROUPS.all,
  }),
  envoy: one(text, {
    name: 'envoy',
    env: 'ENVOY_BIN',
    default: '',
    defaultText: 'envoy on PATH, else fetched into the cache directory',
    help: 'Path of the Envoy to run',
    commands: GROUPS.up,
  }),
  runDir: one(path, {
    name: 'run-dir',
    env: 'WINDLASS_RUN_DIR',
    default: '',
    defaultText: '$XDG_RUNTIME_DIR/windlass/HASH or CACHE_DIR/run/HASH, by the paths',
    help: 'Directory that owns the Envoys: sockets, bootstraps, tokens. The next `up` on it adopts what runs',
    commands: GROUPS.up,
  }),
  cacheDir: one(text, {
    name: 'cache-dir',
    env: 'WINDLASS_CACHE_DIR',
    default: '',
    defaultText: '~/.cache/windlass',
    help: 'Where a fetched Envoy is kept',
    commands: GROUPS.up,
  }),
  portOffset: one(integer(0, 64511), {
    name: 'port-offset',
    env: 'WINDLASS_PORT_OFFSET',
    default: '0',
    help: "Added to every listener's port to get the port that is bound: 8000 serves a listener of port 80 on 8080",
    commands: GROUPS.up,
  }),
  xdsPort: one(portOrOff, {
    name: 'xds-port',
    env: 'WINDLASS_XDS_PORT',
    default: '18000',
    help: 'Port of xDS: of `up`, for Envoys that others start (TLS, a token per Gateway); 0: any free one; off: none',
    commands: GROUPS.serving,
  }),
  xdsAddress: one(named('ADDRESS'), {
    name: 'xds-address',
    env: 'WINDLASS_XDS_ADDRESS',
    default: '',
    defaultText: '127.0.0.1; of `controller` every address',
    help: 'Address that the xDS port binds',
    commands: GROUPS.serving,
  }),
  debugPort: one(portOrOff, {
    name: 'debug-port',
    env: 'WINDLASS_DEBUG_PORT',
    default: '19000',
    help: 'Port of the debug endpoint; 0: any free one; off: none',
    commands: GROUPS.serving,
  }),
  debugAddress: one(named('ADDRESS'), {
    name: 'debug-address',
    env: 'WINDLASS_DEBUG_ADDRESS',
    default: '127.0.0.1',
    help: 'Address that the debug endpoint binds. It asks nobody for credentials: keep it on loopback',
    commands: GROUPS.serving,
  }),
  kubeconfig: one(path, {
    name: 'kubeconfig',
    env: 'KUBECONFIG',
    default: '',
    defaultText: 'in a Pod its ServiceAccount, else ~/.kube/config',
    help: 'File with address and credentials of the API server',
    commands: GROUPS.cluster,
  }),
  context: one(text, {
    name: 'context',
    default: '',
    defaultText: 'the current one',
    help: 'Context of the kubeconfig',
    commands: GROUPS.cluster,
  }),
  envoyImage: one(text, {
    name: 'envoy-image',
    env: 'WINDLASS_ENVOY_IMAGE',
    default: '',
    defaultText: '`windlass-envoy` of the same version',
    help: 'Image of the Envoys of Gateways whose GatewayParameters name no other',
    commands: GROUPS.controller,
  }),
  xdsHost: one(text, {
    name: 'xds-host',
    env: 'WINDLASS_XDS_HOST',
    default: '',
    defaultText: '`windlass-xds.NAMESPACE.svc`',
    help: 'Name or address at which Envoys find the xDS port',
    commands: GROUPS.controller,
  }),
  replicaPort: one(portOrOff, {
    name: 'replica-port',
    env: 'WINDLASS_REPLICA_PORT',
    default: '18001',
    help: 'Port at which the other replicas hear what the Envoys of this one acknowledged; the same for all; off: none',
    commands: GROUPS.controller,
  }),
  replicaToken: one(text, {
    name: 'replica-token',
    env: 'WINDLASS_REPLICA_TOKEN',
    default: '/var/run/secrets/windlass/replica/token',
    help: 'File with the token, of audience `windlass-replica`, that this replica shows to the others',
    commands: GROUPS.controller,
  }),
  healthPort: one(portOrOff, {
    name: 'health-port',
    env: 'WINDLASS_HEALTH_PORT',
    default: '8081',
    help: 'Port of /healthz and /readyz, for probes; 0: any free one; off: none',
    commands: GROUPS.controller,
  }),
  healthAddress: one(named('ADDRESS'), {
    name: 'health-address',
    env: 'WINDLASS_HEALTH_ADDRESS',
    default: '',
    defaultText: 'every address',
    help: 'Address that the health port binds',
    commands: GROUPS.controller,
  }),
  allowExternalName: toggle({
    name: 'allow-external-name',
    env: 'WINDLASS_ALLOW_EXTERNAL_NAME',
    help: 'Let Services of type ExternalName be backends. Whoever may write a Service then chooses what name the proxies dial',
    commands: GROUPS.controller,
  }),
  selector: one(named('SELECTOR'), {
    name: 'selector',
    default: 'app.kubernetes.io/name=windlass,app.kubernetes.io/component=control-plane',
    help: 'Labels of the pods of the control plane',
    commands: GROUPS.running,
  }),
  podPort: one(integer(1, 65535), {
    name: 'pod-port',
    default: '19000',
    help: 'Port of the debug endpoint in these pods',
    commands: GROUPS.running,
  }),
  host: many(named('HOST'), {
    name: 'host',
    default: '',
    help: 'Name or IP address that the certificate is for; may be given several times; *.example.com is a wildcard',
    commands: GROUPS.cert,
  }),
  name: one(objectName, {
    name: 'name',
    default: 'windlass-cert',
    help: 'Name of the Secret',
    commands: GROUPS.cert,
  }),
  namespace: one(objectName, {
    name: 'namespace',
    short: 'n',
    env: 'POD_NAMESPACE',
    default: '',
    defaultText: '`windlass-system`; of `cert`: `default`',
    help: 'Namespace of the control plane; of `cert`: of the Secret',
    commands: GROUPS.namespace,
  }),
  days: one(integer(1, 36500), {
    name: 'days',
    default: '90',
    unit: 'days',
    help: 'How long the certificates are valid',
    commands: GROUPS.cert,
  }),
  rsa: toggle({ name: 'rsa', help: 'RSA 2048 keys instead of ECDSA P-256', commands: GROUPS.cert }),
  caOut: one(text, {
    name: 'ca-out',
    default: '',
    defaultText: 'none',
    help: "Also write the CA's certificate, as PEM, to this file",
    commands: GROUPS.cert,
  }),
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof FLAGS;
