// An OpenTelemetry collector in the cluster: OTLP in, what came as lines of JSON in its log.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { baseLayer } from '../../scripts/images/debian.js';
import { file } from '../../scripts/images/entry.js';
import { architecture } from '../../scripts/images/images.js';
import { writeImage } from '../../scripts/images/oci.js';
import { hasImage, importImage } from '../cluster/node/images.js';
import { clusterDirectory } from '../cluster/node/layout.js';
import { program } from '../cluster/programs.js';
import type { World } from './world.js';

/** One span as the collector received it. */
export interface Span {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  /** Numbers as numbers, everything else as text. */
  readonly attributes: Readonly<Record<string, string | number>>;
}

const PORT = 4317;
const PATH = '/usr/local/bin/otelcol';
const CONFIGURATION = `
receivers: { otlp: { protocols: { grpc: { endpoint: '0.0.0.0:${PORT}' } } } }
exporters: { file: { path: /dev/stdout } }
service:
  telemetry: { metrics: { level: none } }
  pipelines: { traces: { receivers: [otlp], exporters: [file] } }
`;

/** Of what the program is made of. */
function imageOf(binary: string): string {
  return basename(dirname(binary)).replace('otelcol-', 'otelcol:');
}

/** Gives the node the image; on the host, since it needs Go and packages of Debian. */
export async function importCollector(): Promise<void> {
  const binary = await program('otelcol');
  const name = imageOf(binary);
  if (hasImage(name)) return;
  const cache = process.env['WINDLASS_CACHE_DIR'] ?? join(homedir(), '.cache', 'windlass');
  const image = {
    name,
    architecture: architecture(),
    layers: [baseLayer(cache), [file(PATH.slice(1), () => readFileSync(binary), 0o755)]],
    config: {
      entrypoint: [PATH, '--config', '/etc/otelcol/config.yaml'],
      environment: {},
      user: '65532:65532',
      workingDirectory: '/',
      labels: {},
    },
  };
  importImage(writeImage(image, join(clusterDirectory(), 'images')).archive);
}

/** A Deployment of one pod, and a Service in front of it, port 4317. */
export async function runCollector(world: World, name: string): Promise<void> {
  await world.put(`
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name} }
data: { config.yaml: ${JSON.stringify(CONFIGURATION)} }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
      - name: otelcol
        image: ${imageOf(await program('otelcol'))}
        imagePullPolicy: IfNotPresent
        readinessProbe: { tcpSocket: { port: ${PORT} }, periodSeconds: 1 }
        volumeMounts: [{ name: config, mountPath: /etc/otelcol }]
      volumes: [{ name: config, configMap: { name: ${name} } }]
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} }, ports: [{ name: otlp, port: ${PORT} }] }
`);
  await world.rolledOut(name);
}

interface Attribute {
  readonly key: string;
  /** Integers are text: OTLP in JSON. */
  readonly value: { readonly stringValue?: string; readonly intValue?: string };
}

interface Line {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Pick<Span, 'name' | 'traceId' | 'spanId'> & {
        readonly parentSpanId?: string;
        readonly attributes?: readonly Attribute[];
      })[];
    }[];
  }[];
}

/** Every span that the pod of the collector that runs now has received. */
export async function spansOf(world: World, name: string): Promise<readonly Span[]> {
  const pods = await world.list('Pod', `app=${name}`);
  const running = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const logs = await Promise.all(running.map(({ metadata }) => world.log(metadata.name)));
  const lines = logs.flatMap((log) => log.split('\n')).filter((line) => line.startsWith('{"resourceSpans"'));
  return lines.flatMap((line) =>
    (JSON.parse(line) as Line).resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans
        .flatMap(({ spans }) => spans)
        .map(({ name: of, traceId, spanId, parentSpanId = '', attributes = [] }) => ({
          service: String(record(resource.attributes)['service.name']),
          ...{ name: of, traceId, spanId, parentSpanId },
          attributes: record(attributes),
        })),
    ),
  );
}

function record(attributes: readonly Attribute[]): Span['attributes'] {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue } }) => [
      key,
      intValue === undefined ? (stringValue ?? '') : Number(intValue),
    ]),
  );
}
