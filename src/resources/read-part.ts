// The fields of Kubernetes' own kinds that are read: the rest is most of what they weigh in a cluster, and changes often.
import { field, isJsonObject, isList, type JsonObject } from './schema/json.js';
import type { KindName } from './types/index.js';

/** Fields of an object, or of each entry of a list; `true` takes what is there. */
interface Fields {
  readonly [field: string]: true | Fields;
}

type Part = true | Fields;

const CONTAINER: Part = {
  name: true,
  restartPolicy: true,
  ports: { name: true, containerPort: true, protocol: true },
};

const PARTS: Readonly<Partial<Record<KindName, Part>>> = {
  Namespace: {},
  Service: {
    spec: {
      type: true,
      clusterIP: true,
      externalName: true,
      selector: true,
      publishNotReadyAddresses: true,
      sessionAffinity: true,
      ports: { name: true, protocol: true, port: true, targetPort: true, appProtocol: true },
    },
  },
  EndpointSlice: {
    addressType: true,
    endpoints: { addresses: true, conditions: { ready: true, serving: true, terminating: true } },
    ports: { name: true, port: true, protocol: true, appProtocol: true },
  },
  Pod: {
    spec: { containers: CONTAINER, initContainers: CONTAINER },
    status: { phase: true, podIP: true, podIPs: { ip: true }, conditions: { type: true, status: true } },
  },
};

/** The object's body as far as it is read. */
export function readPart(kind: KindName, body: JsonObject): JsonObject {
  const part = PARTS[kind];
  const read = part === undefined ? body : partOf(part, body);
  return isJsonObject(read) ? read : body;
}

function partOf(part: Part, value: unknown): unknown {
  if (part === true) return value;
  if (isList(value)) return value.map((entry) => partOf(part, entry));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(part).flatMap(([name, inner]): readonly (readonly [string, unknown])[] => {
      const found = field(value, name);
      return found === undefined || found === null ? [] : [[name, partOf(inner, found)]];
    }),
  );
}
