import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { WindlassError } from '../errors/index.js';

export interface KubeconfigQuestion {
  /** As in the variable KUBECONFIG: several files, merged, or ''. */
  readonly files: string;
  /** '': the current one. */
  readonly context: string;
  readonly cwd: string;
  readonly home: string;
  /** Where a Pod finds its ServiceAccount's token; another one in tests only. */
  readonly tokenFile?: string;
}

const TOKEN_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * Address and credentials of an API server: those of the files, else of the ServiceAccount of the Pod that this runs in, else of `~/.kube/config`.
 * @throws WindlassError KUBECONFIG_UNUSABLE
 */
export function readKubeconfig(question: KubeconfigQuestion): KubeConfig {
  const { files, context, cwd, home, tokenFile = TOKEN_FILE } = question;
  const usual = join(home, '.kube', 'config');
  const named = files.split(delimiter).filter((file) => file !== '');
  const read =
    named.length > 0 ? named.map((file) => resolve(cwd, file)) : existsSync(tokenFile) ? [] : [usual];
  const config = new KubeConfig();
  try {
    if (read.length === 0) config.loadFromCluster();
    else config.loadFromOptions(merged(read.map(loaded)));
  } catch (error) {
    const where = read.length > 0 ? read.join(', ') : tokenFile;
    const { message } = WindlassError.from(error);
    throw new WindlassError('KUBECONFIG_UNUSABLE', `${where}: ${message}`, { cause: error });
  }
  if (context !== '') choose(config, context);
  if (config.getCurrentCluster() === null) {
    const current = config.getCurrentContext() as string | undefined;
    throw new WindlassError(
      'KUBECONFIG_UNUSABLE',
      `${read.join(', ')}: no cluster for the context "${current ?? ''}"; choose one with --context: ${contexts(config)}`,
    );
  }
  return config;
}

function loaded(file: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config;
}

/** Of what several files name, the first one counts, as with kubectl; the library's own merging refuses it. */
function merged(configs: readonly KubeConfig[]): Pick<KubeConfig, 'clusters' | 'users' | 'contexts'> & {
  readonly currentContext: string | undefined;
} {
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

function choose(config: KubeConfig, context: string): void {
  if (config.getContextObject(context) === null) {
    throw new WindlassError(
      'KUBECONFIG_UNUSABLE',
      `there is no context "${context}" in the kubeconfig; there are: ${contexts(config)}`,
    );
  }
  config.setCurrentContext(context);
}

function contexts(config: KubeConfig): string {
  const names = config.getContexts().map(({ name }) => name);
  return names.length === 0 ? 'none' : names.join(', ');
}
