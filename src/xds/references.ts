import type { Resource, ResourceType, Section } from './resource.js';

const ofSection = new WeakMap<Section, readonly string[]>();
/** All types, for loops whose order does not matter. */
export const RESOURCE_TYPES: readonly ResourceType[] = [
  'cluster',
  'endpoints',
  'listener',
  'routes',
  'secret',
];
const ofResource: Readonly<Record<ResourceType, WeakMap<Resource, readonly string[]>>> = {
  cluster: new WeakMap(),
  endpoints: new WeakMap(),
  listener: new WeakMap(),
  routes: new WeakMap(),
  secret: new WeakMap(),
};

/** The names of `type` that a resource's parts need, each once. Found once per section, so that one changed route of 3,000 costs one. */
export function referencesOf(resource: Resource, type: ResourceType): readonly string[] {
  const known = ofResource[type].get(resource);
  if (known !== undefined) return known;
  const names = [...new Set(resource.sections.flatMap((section) => referencesOfSection(section, type)))];
  ofResource[type].set(resource, names);
  return names;
}

/** The names of `type` that a section's parts need, each once. */
export function referencesOfSection(section: Section, type: ResourceType): readonly string[] {
  return named(sectionKeys(section), type);
}

function named(keys: readonly string[], type: ResourceType): readonly string[] {
  const prefix = `${type} `;
  return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
}

function sectionKeys(section: Section): readonly string[] {
  const known = ofSection.get(section);
  if (known !== undefined) return known;
  const keys = [
    ...new Set(section.parts.flatMap((part) => part.references.map(({ type, name }) => `${type} ${name}`))),
  ];
  ofSection.set(section, keys);
  return keys;
}
