import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { findEnvoy } from '../../src/infra/index.js';
import { silentLogger } from '../../src/telemetry/index.js';
import { until } from '../harness/until.js';

/** A real Envoy on the given ADS port. Tests run it without --ignore-unknown-dynamic-fields, so that unknown fields are counted. */
export interface EnvoyProcess {
  /** What Envoy wrote to standard output: its access log. */
  stdout(): string;
  /** Its own log. */
  stderr(): string;
  /** An admin path's answer. */
  admin(path: string): Promise<string>;
  /** The port bound by the listener of this name, once it is live. */
  boundPort(listener: string): Promise<number>;
  stop(): Promise<void>;
}

export async function startEnvoy(adsPort: number): Promise<EnvoyProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'windlass-envoy-'));
  const socket = join(directory, 'admin.sock');
  const config = join(directory, 'bootstrap.json');
  await writeFile(config, JSON.stringify(bootstrap(adsPort, socket)));
  const { path: binary } = await findEnvoy({ logger: silentLogger });
  const options = [
    '--concurrency',
    '1',
    '--disable-hot-restart',
    '--log-level',
    'warning',
    '--file-flush-interval-msec',
    '100',
  ];
  const child = spawn(binary, ['-c', config, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const exited = once(child, 'exit');

  const admin = async (path: string): Promise<string> => {
    const sent = request({ socketPath: socket, path, method: 'GET' }).end();
    const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
    return text(response);
  };
  return {
    stdout: () => output.stdout,
    admin,
    boundPort: (listener) =>
      until(`the listener ${listener}`, async () => {
        const { listener_statuses: statuses } = JSON.parse(
          await admin('/listeners?format=json'),
        ) as Listeners;
        return statuses?.find(({ name }) => name === listener)?.local_address.socket_address.port_value;
      }),
    stderr: () => output.stderr,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface Listeners {
  readonly listener_statuses?: readonly {
    readonly name: string;
    readonly local_address: { readonly socket_address: { readonly port_value: number } };
  }[];
}

function bootstrap(adsPort: number, adminSocket: string): object {
  const ads = { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' };
  return {
    node: { id: 'acceptance', cluster: 'acceptance' },
    admin: { address: { pipe: { path: adminSocket } } },
    dynamic_resources: {
      lds_config: ads,
      cds_config: ads,
      ads_config: {
        api_type: 'GRPC',
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: 'xds' } }],
      },
    },
    static_resources: {
      clusters: [
        {
          name: 'xds',
          type: 'STATIC',
          connect_timeout: '1s',
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
          load_assignment: {
            cluster_name: 'xds',
            endpoints: [
              {
                lb_endpoints: [
                  {
                    endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: adsPort } } },
                  },
                ],
              },
            ],
          },
        },
      ],
    },
  };
}
