// Names of Kubernetes: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and k8s.io/apimachinery/pkg/util/validation

/** What is wrong with a text, or undefined. */
export type NameFault = (text: string) => string | undefined;

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

export const dns1123LabelFault = nameFault(
  LABEL,
  63,
  "must be lower-case letters, digits and '-', and start and end with a letter or digit (an RFC 1123 label)",
);
export const dns1123SubdomainFault = nameFault(
  `${LABEL}(\\.${LABEL})*`,
  253,
  "must be lower-case letters, digits, '-' and '.', and each part must start and end with a letter or digit (an RFC 1123 subdomain)",
);
/** Names of ClusterTrustBundles may begin with that of a signer, in which colons stand for slashes. */
export const signedNameFault = nameFault(
  `(${LABEL}(\\.${LABEL})*:)*${LABEL}(\\.${LABEL})*`,
  253,
  "must be an RFC 1123 subdomain, or several with ':' between them",
);
export const dns1035LabelFault = nameFault(
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  63,
  "must be lower-case letters, digits and '-', start with a letter and end with a letter or digit (an RFC 1035 label)",
);
export const labelValueFault = nameFault(
  '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?',
  63,
  "must be empty, or letters, digits, '-', '_' and '.', and start and end with a letter or digit",
);
export const dataKeyFault: NameFault = (text) => {
  if (text === '.' || text === '..' || text.startsWith('..')) return "must not be '.' or start with '..'";
  return configKeyFault(text);
};
const configKeyFault = nameFault('[-._a-zA-Z0-9]+', 253, "must be letters, digits, '-', '_' and '.'");
const qualifiedPartFault = nameFault(
  '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]',
  63,
  "must be letters, digits, '-', '_' and '.', and start and end with a letter or digit",
);

/** `name` or `prefix/name`: keys of labels and annotations, application protocols. */
export const qualifiedNameFault: NameFault = (text) => {
  const parts = text.split('/');
  const [name = '', prefix] = parts.reverse();
  if (parts.length > 2) return "must be a name with at most one prefix, such as 'example.com/name'";
  const prefixFault = prefix === undefined ? undefined : dns1123SubdomainFault(prefix);
  return prefixFault === undefined ? qualifiedPartFault(name) : `has a prefix that ${prefixFault}`;
};

/** Name of a container port: an IANA service name. */
export const portNameFault: NameFault = (text) => {
  const valid = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(text) && /[a-z]/.test(text) && !text.includes('--');
  if (valid && text.length <= 15) return undefined;
  return "must be at most 15 lower-case letters, digits and single '-', with at least one letter";
};

export function portNumberFault(port: number): string | undefined {
  return Number.isInteger(port) && port >= 1 && port <= 65535 ? undefined : 'must be between 1 and 65535';
}

function nameFault(pattern: string, maxLength: number, wants: string): NameFault {
  const whole = new RegExp(`^${pattern}$`);
  return (text) => {
    if (text.length > maxLength) return `must have at most ${maxLength} characters, not ${text.length}`;
    return whole.test(text) ? undefined : `${JSON.stringify(text)} ${wants}`;
  };
}
