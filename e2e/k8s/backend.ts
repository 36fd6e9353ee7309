import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from './world.js';

export interface BackendOptions {
  readonly replicas?: number;
  /** A program of Node that listens on port 8080, as an ES module. Default: `echo-server.mjs`. */
  readonly script?: string;
  /** Of its pods, beside `app: <name>`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Asked whether a pod is ready: 200. Default: whether the port is open. */
  readonly readinessPath?: string;
  /** Of its Service's port 80, as `kubernetes.io/h2c`. */
  readonly appProtocol?: string;
}

const SERVES_ON_SECONDS = 3;
const ECHO = readFileSync(join(import.meta.dirname, 'echo-server.mjs'), 'utf8');

/** A Deployment of Node with a Service of the same name in front of it, port 80. It waits until all pods are available. */
export async function runBackend(
  world: World,
  name: string,
  { replicas = 2, script = ECHO, labels = {}, readinessPath, appProtocol = 'http' }: BackendOptions = {},
): Promise<void> {
  const port = 8080;
  // A machine under load answers late, and who says that it is not ready means it.
  const readiness =
    readinessPath === undefined
      ? { tcpSocket: { port } }
      : { httpGet: { path: readinessPath, port }, timeoutSeconds: 10, failureThreshold: 1 };
  await world.putObject({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { 'server.mjs': script },
  });
  const field = (path: string): object => ({ fieldRef: { fieldPath: path } });
  await world.putObject({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { ...labels, app: name } },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 30,
          containers: [
            {
              name: 'server',
              image: await world.nodeImage(),
              imagePullPolicy: 'IfNotPresent',
              command: ['/usr/local/bin/node', '/script/server.mjs'],
              env: [{ name: 'POD', valueFrom: field('metadata.name') }],
              ports: [{ containerPort: port }],
              // Endpoints go while their pods end already: who serves on for a moment loses no request.
              lifecycle: { preStop: { sleep: { seconds: SERVES_ON_SECONDS } } },
              readinessProbe: { ...readiness, periodSeconds: 1 },
              volumeMounts: [{ name: 'script', mountPath: '/script' }],
            },
          ],
          volumes: [{ name: 'script', configMap: { name } }],
        },
      },
    },
  });
  await world.putObject({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: {
      selector: { app: name },
      ports: [{ name: 'http', port: 80, targetPort: port, appProtocol }],
    },
  });
  await world.rolledOut(name);
}
