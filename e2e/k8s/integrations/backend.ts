import type { Place } from './place.js';
import { NAMESPACE } from '../../cluster/chart.js';

export interface BackendOptions {
  /** Said in every answer. */
  readonly version?: string;
  /** Share of its answers that are 500. */
  readonly failing?: number;
}

/** Answers as `startBackend` of the harness does, as far as requests are looked at. It ends when nobody has it among its endpoints any more. */
const SERVER = `
const { createServer } = require('node:http');
const { VERSION: backend, FAILING } = process.env;
const server = createServer(({ url: path, headers }, response) => {
  if (path !== '/ready' && Math.random() < Number(FAILING)) response.statusCode = 500;
  response.end(JSON.stringify({ backend, path, headers }));
});
server.keepAliveTimeout = 3600000;
server.listen(8080);
process.on('SIGTERM', () => setTimeout(() => process.exit(), 8000));
`;

/** Manifest of a Deployment `name`; the image is that of the control plane, which has Node. */
export async function backend(
  place: Place,
  name: string,
  { version = name, failing = 0 }: BackendOptions = {},
): Promise<string> {
  const image = await place.kubectl(
    ...['-n', NAMESPACE, 'get', 'deployment', 'windlass'],
    ...['-o', 'jsonpath={.spec.template.spec.containers[0].image}'],
  );
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: { app: name } },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'backend',
              image,
              command: ['/usr/local/bin/node', '-e', SERVER],
              env: [
                { name: 'VERSION', value: version },
                { name: 'FAILING', value: String(failing) },
              ],
              ports: [{ name: 'http', containerPort: 8080 }],
              readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  };
  return JSON.stringify(deployment);
}

/** Manifest of a Service for the Deployment of that name, at port 80. */
export function service(name: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  });
}
