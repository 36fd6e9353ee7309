// What each program of the node is told: arguments and files, for a given directory.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { API_SERVER, cgroup, NODE, NODE_ADDRESS, POD_RANGE, SANDBOX_IMAGE, SERVICE_RANGE } from './layout.js';

/** Where the runtime listens; in a directory that only the node sees. */
const CONTAINERD = '/run/containerd/containerd.sock';
const ETCD = 'http://127.0.0.1:2379';
const CNI_BINARIES = '/usr/lib/cni';

/** Who speaks to the API server, by the name of its kubeconfig. */
const USERS = {
  kubeconfig: { name: 'admin', groups: ['system:masters'] },
  'controller-manager.kubeconfig': { name: 'system:kube-controller-manager', groups: [] },
  'scheduler.kubeconfig': { name: 'system:kube-scheduler', groups: [] },
  'kubelet.kubeconfig': { name: `system:node:${NODE}`, groups: ['system:nodes'] },
  'proxy.kubeconfig': { name: 'system:kube-proxy', groups: [] },
} as const;

export interface Credentials {
  /** For `--token-auth-file`. */
  readonly tokens: string;
  /** Kubeconfigs by file name. @param ca PEM of whoever signed the API server's certificate */
  readonly kubeconfigs: (ca: string) => Readonly<Record<string, string>>;
}

export function credentials(): Credentials {
  const users = Object.entries(USERS).map(([file, user]) => ({
    file,
    ...user,
    token: randomBytes(16).toString('hex'),
  }));
  return {
    tokens: users
      .map(({ name, token, groups }) => `${token},${name},${name},"${groups.join(',')}"\n`)
      .join(''),
    kubeconfigs: (ca) =>
      Object.fromEntries(
        users.map(({ file, name, token }) => {
          const config = new KubeConfig();
          const caData = Buffer.from(ca).toString('base64');
          config.loadFromClusterAndUser(
            { name: 'windlass', server: API_SERVER, caData, skipTLSVerify: false },
            { name, token },
          );
          return [file, config.exportConfig()];
        }),
      ),
  };
}

export interface Arguments {
  readonly etcd: readonly string[];
  readonly 'kube-apiserver': readonly string[];
  readonly 'kube-controller-manager': readonly string[];
  readonly 'kube-scheduler': readonly string[];
  readonly containerd: readonly string[];
  readonly kubelet: readonly string[];
  readonly 'kube-proxy': readonly string[];
  readonly coredns: readonly string[];
}

/** @param directory of the cluster */
export function programArguments(directory: string): Arguments {
  const at = (name: string): string => join(directory, name);
  const key = at('service-account.key');
  return {
    etcd: [
      ...['--data-dir', at('etcd'), '--unsafe-no-fsync', '--log-level', 'warn'],
      ...['--listen-client-urls', ETCD, '--advertise-client-urls', ETCD],
      ...['--listen-peer-urls', 'http://127.0.0.1:2380', '--auto-compaction-retention', '10m'],
    ],
    'kube-apiserver': [
      ...['--etcd-servers', ETCD, '--cert-dir', at('certificates')],
      ...['--bind-address', NODE_ADDRESS, '--advertise-address', NODE_ADDRESS, '--secure-port', '6443'],
      ...['--service-cluster-ip-range', SERVICE_RANGE, '--authorization-mode', 'Node,RBAC'],
      ...['--token-auth-file', at('tokens.csv'), '--api-audiences', 'https://kubernetes.default.svc'],
      ...['--service-account-issuer', 'https://kubernetes.default.svc'],
      ...['--service-account-key-file', key, '--service-account-signing-key-file', key],
      ...['--kubelet-preferred-address-types', 'InternalIP', '--allow-privileged'],
      // One node is no place to be fair, and its two or so processors no place to wait in queues.
      '--enable-priority-and-fairness=false',
      // They are off unless somebody asks for them.
      ...['--feature-gates', 'ClusterTrustBundle=true'],
      ...['--runtime-config', 'certificates.k8s.io/v1beta1/clustertrustbundles=true'],
    ],
    'kube-controller-manager': [
      ...['--kubeconfig', at('controller-manager.kubeconfig'), '--leader-elect=false'],
      ...['--bind-address', '127.0.0.1', '--service-account-private-key-file', key],
      ...['--root-ca-file', at('ca.crt'), '--use-service-account-credentials'],
      ...['--kube-api-qps', '200', '--kube-api-burst', '400', '--concurrent-gc-syncs', '4'],
    ],
    'kube-scheduler': [
      ...['--kubeconfig', at('scheduler.kubeconfig'), '--leader-elect=false', '--bind-address', '127.0.0.1'],
      ...['--kube-api-qps', '200', '--kube-api-burst', '400'],
    ],
    containerd: ['--config', at('containerd.toml')],
    kubelet: [
      ...[
        '--kubeconfig',
        at('kubelet.kubeconfig'),
        '--config',
        at('kubelet.yaml'),
        '--root-dir',
        at('kubelet'),
      ],
      ...['--hostname-override', NODE, '--node-ip', NODE_ADDRESS],
    ],
    'kube-proxy': ['--config', at('kube-proxy.yaml')],
    coredns: ['-conf', at('Corefile')],
  };
}

/** Files of settings by their names. */
export function settingsFiles(directory: string): Readonly<Record<string, string>> {
  const at = (name: string): string => join(directory, name);
  return {
    'containerd.toml': CONTAINERD_TOML(at('containerd'), at('cni')),
    'cni/10-pods.conflist': JSON.stringify(CNI),
    'kubelet.yaml': JSON.stringify(kubelet(directory)),
    'kube-proxy.yaml': JSON.stringify(kubeProxy(at('proxy.kubeconfig'))),
    // Nothing outside can be asked.
    'resolv.conf': '',
    Corefile: COREFILE(at('kubeconfig')),
  };
}

const CONTAINERD_TOML = (root: string, cni: string): string => `version = 2
root = ${JSON.stringify(root)}
state = "/run/containerd"
oom_score = 0
[grpc]
  address = ${JSON.stringify(CONTAINERD)}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${JSON.stringify(SANDBOX_IMAGE)}
  disable_apparmor = true
  # Without the capability SYS_RESOURCE nobody may ask to be spared by the kernel.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${JSON.stringify(CNI_BINARIES)}
    conf_dir = ${JSON.stringify(cni)}
`;

/** Each pod has a wire to the node, and everything is routed: answers pass the node, too, which must undo what it did to the question. */
const CNI = {
  cniVersion: '0.4.0',
  name: 'pods',
  plugins: [
    {
      type: 'ptp',
      ipMasq: false,
      ipam: {
        type: 'host-local',
        dataDir: '/run/cni',
        ranges: [[{ subnet: POD_RANGE }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
  ],
};

function kubelet(directory: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: NODE_ADDRESS,
    // Nothing but the node itself and its pods can reach it.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    containerRuntimeEndpoint: `unix://${CONTAINERD}`,
    ...{
      cgroupDriver: 'cgroupfs',
      cgroupRoot: `/${cgroup(directory)}`,
      failCgroupV1: false,
      enforceNodeAllocatable: [],
    },
    ...{ failSwapOn: false, oomScoreAdj: 0, maxPods: 500, localStorageCapacityIsolation: false },
    ...{ clusterDNS: [NODE_ADDRESS], clusterDomain: 'cluster.local' },
    ...{ resolvConf: join(directory, 'resolv.conf'), volumePluginDir: join(directory, 'volume-plugins') },
    // What cannot be pulled again must not be collected.
    ...{ imageGCHighThresholdPercent: 100, imageGCLowThresholdPercent: 99 },
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    ...{ kubeAPIQPS: 200, kubeAPIBurst: 400, eventRecordQPS: 0 },
  };
}

function kubeProxy(kubeconfig: string): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    ...{ mode: 'nftables', hostnameOverride: NODE, oomScoreAdj: 0 },
    ...{ clusterCIDR: POD_RANGE, detectLocalMode: 'ClusterCIDR' },
    clientConnection: { kubeconfig, qps: 200, burst: 400 },
    conntrack: { maxPerCore: 0, min: 0 },
    nftables: { minSyncPeriod: '100ms', syncPeriod: '30s' },
    ...{ healthzBindAddress: '127.0.0.1:10256', metricsBindAddress: '127.0.0.1:10249' },
  };
}

const COREFILE = (kubeconfig: string): string => `.:53 {
  bind ${NODE_ADDRESS}
  errors
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig ${kubeconfig}
    ttl 5
  }
  cache 5
}
`;

/** The certificates in a file that the API server made: its own, and that of who signed it; undefined while it is being written. */
export function certificateOf(directory: string): string | undefined {
  const text = readFileSync(join(directory, 'certificates', 'apiserver.crt'), 'utf8');
  return text.split('-----END CERTIFICATE-----\n').length > 2 ? text : undefined;
}
