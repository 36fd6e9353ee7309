import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { unusedPort } from '../../harness/port.js';
import type { World } from '../world.js';
import { run } from './running.js';

export interface Prometheus {
  readonly url: string;
  /** What a query that has one number for its answer says now. */
  readonly ask: (query: string) => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** Source: Prometheus, HTTP API, instant queries. */
interface Answer {
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

const METRICS_PORT = 19001;

/** A Prometheus that scrapes the Envoys of a Gateway. Debian's build of it has no discovery for Kubernetes: it is told the pods that there are. */
export async function startPrometheus(world: World, gateway: string): Promise<Prometheus> {
  const directory = mkdtempSync(join(tmpdir(), 'windlass-prometheus-'));
  const config = join(directory, 'prometheus.yaml');
  const pods = await world.envoys(gateway);
  const targets = pods.map(({ status }) => `${String(status?.['podIP'])}:${METRICS_PORT}`);
  const gateways = {
    job_name: 'gateways',
    metrics_path: '/stats/prometheus',
    static_configs: [{ targets }],
  };
  writeFileSync(config, stringify({ global: { scrape_interval: '2s' }, scrape_configs: [gateways] }));
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
    ask: async (query) => {
      const said = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(query)}`);
      const { data } = (await said.json()) as Answer;
      return Number(data.result[0]?.value[1]);
    },
    stop: async () => {
      await stop();
      rmSync(directory, { recursive: true });
    },
  };
}
