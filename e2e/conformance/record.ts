import { cpus, release as kernel, totalmem } from 'node:os';
import type { ApiClient } from '../../src/kubernetes/index.js';
import type { GatewayTimes } from './gateway-times.js';

/** What is kept of a complete run beside its report. */
export interface RunRecord {
  readonly suite: string;
  readonly implementation: string;
  readonly command: string;
  readonly environment: Environment;
  readonly passed: number;
  readonly failed: number;
  /** Tests of meshes are not counted. */
  readonly skipped: number;
  /** Of the test binary: base resources, all tests, clean-up. */
  readonly seconds: number;
  readonly gateways: GatewayTimes;
}

export interface Environment {
  readonly processors: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly kubernetes: string;
  readonly containerRuntime: string;
  readonly envoy: string;
}

export async function environmentOf(client: ApiClient, envoy: string): Promise<Environment> {
  const { items } = (await client.call({ path: '/api/v1/nodes' })) as {
    readonly items: readonly {
      readonly status: {
        readonly nodeInfo: { readonly kubeletVersion: string; readonly containerRuntimeVersion: string };
      };
    }[];
  };
  const info = items[0]?.status.nodeInfo;
  return {
    processors: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: (/^\d+\.\d+/.exec(kernel()) ?? [''])[0],
    kubernetes: info?.kubeletVersion ?? '',
    containerRuntime: info?.containerRuntimeVersion.replace('://', ' ') ?? '',
    envoy,
  };
}
