import { spawn } from 'node:child_process';
import { createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiServer } from './api-server.js';
import { program } from './programs.js';

/** The controllers of Kubernetes: Deployments get ReplicaSets, these get Pods; what nobody owns any more is deleted; namespaces get their ServiceAccount. */
export interface ControllerManager {
  stop(): Promise<void>;
}

/** Beside an API server, in whose directory its log is. It works from some seconds on. */
export async function startControllerManager(server: ApiServer): Promise<ControllerManager> {
  const at = (name: string): string => join(server.directory, name);
  writeFileSync(at('controller-manager.kubeconfig'), server.kubeconfig.exportConfig());
  const child = spawn(
    await program('kube-controller-manager'),
    [
      ...['--kubeconfig', at('controller-manager.kubeconfig'), '--leader-elect=false'],
      ...['--bind-address', '127.0.0.1', '--secure-port', '0', '--concurrent-gc-syncs', '2'],
      ...['--service-account-private-key-file', at('service-account.key')],
      ...['--root-ca-file', at('certificates/apiserver.crt')],
    ],
    { cwd: server.directory, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const log = createWriteStream(at('kube-controller-manager.log'), { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await ended;
      clearTimeout(timer);
      log.end();
    },
  };
}
