import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { unusedPort } from '../../harness/port.js';
import type { World } from '../world.js';
import { KUBECONFIG, run } from './running.js';

export interface Prometheus {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** A Prometheus that scrapes the Envoys of the world's Gateways, as a PodMonitor of `GatewayParameters` has the operator do it. */
export async function startPrometheus({ namespace }: World): Promise<Prometheus> {
  const directory = mkdtempSync(join(tmpdir(), 'windlass-prometheus-'));
  const config = join(directory, 'prometheus.yaml');
  writeFileSync(
    config,
    stringify({
      global: { scrape_interval: '2s' },
      scrape_configs: [
        {
          job_name: 'gateways',
          metrics_path: '/stats/prometheus',
          kubernetes_sd_configs: [
            { role: 'pod', kubeconfig_file: KUBECONFIG, namespaces: { names: [namespace] } },
          ],
          relabel_configs: [
            {
              source_labels: ['__meta_kubernetes_pod_label_gateway_networking_k8s_io_gateway_name'],
              regex: '.+',
              action: 'keep',
            },
            {
              source_labels: ['__meta_kubernetes_pod_container_port_name'],
              regex: 'metrics',
              action: 'keep',
            },
          ],
        },
      ],
    }),
  );
  const address = `127.0.0.1:${await unusedPort()}`;
  const { stop } = await run(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    { ready: /Server is ready to receive web requests/ },
  );
  return {
    url: `http://${address}`,
    stop: async () => {
      await stop();
      rmSync(directory, { recursive: true });
    },
  };
}
