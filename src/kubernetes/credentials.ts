import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { WindlassError } from '../errors/index.js';

export interface CredentialsOptions {
  /** Path of a kubeconfig, or several with the platform's delimiter between them; '': the ServiceAccount of this Pod, else that of the user. */
  readonly kubeconfig: string;
  /** ''; the current one. */
  readonly context: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Home directory of the user. */
  readonly home: string;
}

/** Where the API server is and who we are there. @throws WindlassError KUBECONFIG */
export function loadCredentials({ kubeconfig, context, env, home }: CredentialsOptions): KubeConfig {
  const config = new KubeConfig();
  const own = join(home, '.kube', 'config');
  if (kubeconfig === '' && env['KUBERNETES_SERVICE_HOST'] !== undefined) config.loadFromCluster();
  else {
    // As kubectl does with its variable: of several files those that are there.
    const named = kubeconfig === '' ? [own] : kubeconfig.split(delimiter).filter((file) => file !== '');
    const files = named.length > 1 ? named.filter((file) => existsSync(file)) : named;
    if (kubeconfig === '' && !existsSync(own)) {
      throw refusal(
        `there is no API server: this is no Pod, and ${own} does not exist; give one with --kubeconfig`,
      );
    }
    merge(config, files);
  }
  if (context !== '') {
    const known = config.getContexts().map(({ name }) => name);
    if (!known.includes(context)) {
      throw refusal(`the kubeconfig has no context "${context}"; there are: ${known.join(', ')}`);
    }
    config.setCurrentContext(context);
  }
  if (config.getCurrentCluster() === null) {
    throw refusal(
      'the kubeconfig has no current context, or that names no cluster of it; choose one with --context',
    );
  }
  return config;
}

/** Of several files the first decides the current context. */
function merge(config: KubeConfig, files: readonly string[]): void {
  for (const [at, file] of files.entries()) {
    try {
      const other = new KubeConfig();
      other.loadFromFile(file);
      config.mergeConfig(other, at > 0);
    } catch (thrown) {
      throw refusal(`${file}: ${WindlassError.from(thrown).message}`, thrown);
    }
  }
}

function refusal(message: string, cause?: unknown): WindlassError {
  return new WindlassError('KUBECONFIG', message, { cause });
}
