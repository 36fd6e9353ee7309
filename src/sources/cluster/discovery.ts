import { ApiError, type ApiClient } from '../../kubernetes/index.js';
import { KINDS, type Kind, type KindName } from '../../resources/index.js';

/** Of each kind the version that is read: the newest that both sides know. A kind that the server does not serve is not in it. */
export type ServedVersions = ReadonlyMap<KindName, string>;

/** Groups that every API server has whole. */
const ALWAYS = new Set(['', 'discovery.k8s.io']);

/** Asks which kinds there are. Source: Kubernetes API concepts, discovery. @throws ApiError */
export async function discover(client: ApiClient): Promise<ServedVersions> {
  const kinds = Object.values<Kind>(KINDS);
  const served = new Map<KindName, string>();
  for (const { name, group, version } of kinds) if (ALWAYS.has(group)) served.set(name, version);
  const groups = Map.groupBy(
    kinds.filter(({ group }) => !ALWAYS.has(group)),
    ({ group }) => group,
  );
  await Promise.all(
    [...groups].map(async ([group, own]) => {
      const plurals = await pluralsOf(client, group, new Set(own.flatMap((kind) => kind.served)));
      for (const kind of own) {
        const version = kind.served.find((each) => plurals.get(each)?.has(kind.plural) === true);
        if (version !== undefined) served.set(kind.name, version);
      }
    }),
  );
  return served;
}

/** Plurals of a group by version, of versions that are asked for. */
async function pluralsOf(
  client: ApiClient,
  group: string,
  asked: ReadonlySet<string>,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = (await orNothing(client.call({ path: `/apis/${group}` }))) as ApiGroup | undefined;
  const versions = (found?.versions ?? [])
    .map(({ version }) => version)
    .filter((version) => asked.has(version));
  const plurals = await Promise.all(
    versions.map(async (version) => {
      const list = (await orNothing(client.call({ path: `/apis/${group}/${version}` }))) as
        ApiResourceList | undefined;
      return [version, new Set((list?.resources ?? []).map(({ name }) => name))] as const;
    }),
  );
  return new Map(plurals);
}

/** Not there is an answer too. */
async function orNothing(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked;
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.status === 404) return undefined;
    throw thrown;
  }
}

/** meta/v1.APIGroup. */
interface ApiGroup {
  readonly versions?: readonly { readonly version: string }[];
}

/** meta/v1.APIResourceList. */
interface ApiResourceList {
  readonly resources?: readonly { readonly name: string }[];
}
