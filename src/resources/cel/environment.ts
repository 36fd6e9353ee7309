import { celEnv, celFunc, CelScalar, type CelEnv, type CelFunc } from '@bufbuild/cel';
import * as extensions from '@bufbuild/cel/ext';
import { formatFault } from '../schema/format.js';
import { re2 } from '../schema/re2.js';
import { formatLibrary } from './format-library.js';

/** Kubernetes' CEL library `ip`: https://pkg.go.dev/k8s.io/apiserver/pkg/cel/library#IP */
const ipLibrary: readonly CelFunc[] = [
  celFunc('isIP', [CelScalar.STRING], CelScalar.BOOL, (text) => formatFault('ip', text) === undefined),
];

/** The functions that rules of custom resource definitions may call, as far as those of Gateway API do. */
export const environment: CelEnv = celEnv({
  funcs: [...extensions.strings, ...ipLibrary, ...formatLibrary],
  re2: { compile: (pattern) => ({ test: re2(pattern) }) },
});
