import type { Store } from '../store/index.js';
import { assembleGateway, type GatewayMemory } from './gateway-model.js';
import type { AnalysedGateway } from './gateways.js';
import { keepList, keepObject } from './keep.js';
import type { ClusterModel, EndpointsModel, GatewayClassModel, Model } from './model.js';
import { createRouteModels } from './route-model.js';
import { createSteps, type Steps } from './steps.js';
import type { TranslatorCounters, TranslatorOptions } from './translator-options.js';

export interface Translator {
  /** The model of the store's moment. Whatever did not change keeps its identity; an unchanged model is the very same one. */
  translate(store: Store): Model;
  counters(): TranslatorCounters;
}

/** Everything is a memoised pure function; what is kept besides is what the previous translation used. */
export function createTranslator(options: TranslatorOptions): Translator {
  const steps = createSteps(options);
  const routeModels = createRouteModels();
  let gateways: ReadonlyMap<string, GatewayMemory> = new Map();
  let last: { readonly store: Store; readonly model: Model } | undefined;

  const translate = (store: Store): Model => {
    if (last?.store === store) return last.model;
    const previous = last?.model;
    const next = new Map<string, GatewayMemory>();
    for (const analysed of ownGateways(store, steps)) {
      const known = gateways.get(analysed.id);
      const routes = steps.attachedRoutes(analysed, store, known?.routes);
      const endpoints = (cluster: ClusterModel): EndpointsModel => steps.endpoints(cluster, store);
      const grants = store.all('ReferenceGrant');
      next.set(analysed.id, assembleGateway(analysed, routes, endpoints, grants, known, steps.counts));
    }
    gateways = next;
    const memories = [...next.values()];
    steps.remember(
      store,
      memories.map(({ parts }) => parts.clusters),
    );
    const model = keepObject(previous, {
      gatewayClasses: keepList(previous?.gatewayClasses, ownClasses(store, steps, options)),
      gateways: keepList(
        previous?.gateways,
        memories.map((memory) => memory.model),
      ),
      routes: routeModels(memories.map(({ routes }) => routes)),
    });
    last = { store, model };
    return model;
  };
  return { translate, counters: () => ({ ...steps.counts }) };
}

/** By namespace and name, so that nothing depends on history. */
function ownGateways(store: Store, { analyse }: Steps): readonly AnalysedGateway[] {
  const all = [...store.all('Gateway').values()].flatMap((bucket) => [...bucket.values()]);
  return all.flatMap((gateway) => analyse(gateway, store) ?? []).sort((a, b) => (a.id < b.id ? -1 : 1));
}

function ownClasses(
  store: Store,
  { classModel }: Steps,
  options: TranslatorOptions,
): readonly GatewayClassModel[] {
  return [...store.inNamespace('GatewayClass', '').values()]
    .filter(({ spec }) => spec.controllerName === options.controllerName)
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map(classModel);
}
