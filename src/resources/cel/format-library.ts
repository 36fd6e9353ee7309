// Kubernetes' CEL library `format`, https://pkg.go.dev/k8s.io/apiserver/pkg/cel/library#Format
import {
  celFunc,
  celList,
  CelScalar,
  celMap,
  celMethod,
  listType,
  mapType,
  type CelFunc,
} from '@bufbuild/cel';
import {
  dns1035LabelFault,
  dns1123LabelFault,
  dns1123SubdomainFault,
  labelValueFault,
  qualifiedNameFault,
  type NameFault,
} from '../names.js';
import { formatFault } from '../schema/format.js';

const FORMAT = mapType(CelScalar.STRING, CelScalar.STRING);
const OPTIONAL = listType(CelScalar.STRING);

/** What each named format says against a text, or undefined if it accepts it. `…Prefix` is for names that are still to be completed. */
const FORMATS: Readonly<Record<string, NameFault>> = {
  dns1123Label: dns1123LabelFault,
  dns1123Subdomain: dns1123SubdomainFault,
  dns1035Label: dns1035LabelFault,
  qualifiedName: qualifiedNameFault,
  labelValue: labelValueFault,
  dns1123LabelPrefix: (text) => dns1123LabelFault(text.replace(/-$/, 'a')),
  dns1123SubdomainPrefix: (text) => dns1123SubdomainFault(text.replace(/-$/, 'a')),
  dns1035LabelPrefix: (text) => dns1035LabelFault(text.replace(/-$/, 'a')),
  uri: (text) => (URL.canParse(text) ? undefined : 'must be a URI'),
  uuid: (text) => formatFault('uuid', text),
  byte: (text) => formatFault('byte', text),
  date: (text) => formatFault('date-time', `${text}T00:00:00Z`) && 'must be a date such as 2026-01-31',
  datetime: (text) => formatFault('date-time', text),
};

/**
 * `format.<name>()`, `<format>.validate(text)` and what is asked of its optional result. A format is a map that holds its name,
 * an optional list a list that is empty when there is none.
 */
export const formatLibrary: readonly CelFunc[] = [
  ...Object.keys(FORMATS).map((name) =>
    celFunc(`format.${name}`, [], FORMAT, () => celMap(new Map([['format', name]]))),
  ),
  celMethod('validate', FORMAT, [CelScalar.STRING], OPTIONAL, function (text) {
    const name = this.get('format');
    const fault = typeof name === 'string' ? FORMATS[name]?.(text) : undefined;
    return celList(fault === undefined ? [] : [fault]);
  }),
  celMethod('hasValue', OPTIONAL, [], CelScalar.BOOL, function () {
    return this.size > 0;
  }),
  celMethod('value', OPTIONAL, [], OPTIONAL, function () {
    return this;
  }),
];
