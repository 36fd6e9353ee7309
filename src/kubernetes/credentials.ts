import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { WindlassError } from '../errors/index.js';

export interface CredentialsOptions {
  /** Path of a kubeconfig, or several with the platform's delimiter between them; '': the ServiceAccount of this Pod, else that of the user. */
  readonly kubeconfig: string;
  /** '': the current one. */
  readonly context: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Home directory of the user, where HOME is not set. */
  readonly home: string;
}

/** Where the API server is and who we are there. @throws WindlassError KUBECONFIG */
export function loadCredentials(options: CredentialsOptions): KubeConfig {
  const { kubeconfig, context, env, cwd, home } = options;
  const own = join(env['HOME'] ?? home, '.kube', 'config');
  const isPod = kubeconfig === '' && env['KUBERNETES_SERVICE_HOST'] !== undefined;
  const named = kubeconfig.split(delimiter).filter((file) => file !== '');
  const given = named.length === 0 ? [own] : named.map((file) => resolve(cwd, file));
  // As kubectl does with its variable: of several files those that are there.
  const files = given.length > 1 ? given.filter((file) => existsSync(file)) : given;
  if (!isPod && kubeconfig === '' && !existsSync(own)) {
    throw refusal(
      `there is no API server: this is no Pod, and ${own} does not exist; give one with --kubeconfig`,
    );
  }
  const config = new KubeConfig();
  if (isPod) config.loadFromCluster();
  else config.loadFromOptions(merged(files.map(loaded)));
  const known = config
    .getContexts()
    .map(({ name }) => name)
    .join(', ');
  if (context !== '') {
    if (config.getContextObject(context) === null) {
      throw refusal(`the kubeconfig has no context "${context}"; there are: ${known}`);
    }
    config.setCurrentContext(context);
  }
  if (config.getCurrentCluster() === null) {
    throw refusal(
      `${files.join(', ')}: no current context, or it names no cluster of it; choose one with --context: ${known}`,
    );
  }
  return config;
}

function loaded(file: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
  } catch (thrown) {
    throw refusal(`${file}: ${WindlassError.from(thrown).message}`, thrown);
  }
  return config;
}

/** Of what several files name, the first one counts, as with kubectl; the library's own merging refuses it. */
function merged(
  configs: readonly KubeConfig[],
): Pick<KubeConfig, 'clusters' | 'users' | 'contexts'> & { readonly currentContext: string | undefined } {
  const first = <T extends { readonly name: string }>(all: readonly T[]): T[] =>
    all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
  return {
    clusters: first(configs.flatMap((config) => config.getClusters())),
    users: first(configs.flatMap((config) => config.getUsers())),
    contexts: first(configs.flatMap((config) => config.getContexts())),
    // Undefined where a file names none, whatever the library's type says.
    currentContext: configs.map((config) => config.getCurrentContext()).find(Boolean),
  };
}

function refusal(message: string, cause?: unknown): WindlassError {
  return new WindlassError('KUBECONFIG', message, { cause });
}
