import { describe, expect, it } from '@jest/globals';
import { contents } from './suite-program.js';

const MANIFEST = `apiVersion: v1
kind: Namespace
metadata:
  name: tests-b
  labels: { a: b }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: echo, namespace: "{PLACEHOLDER}" }
spec:
  template:
    spec:
      containers:
        - name: echo
          image: registry.example/echo-basic:v2
        - image: registry.example/echo-basic:v1
          imagePullPolicy: IfNotPresent
---
apiVersion: v1
kind: Namespace
metadata:
  name: tests-a
`;
const SOURCE = `var One = suite.ConformanceTest{
	ShortName:   "RouteOne",
	Description: "ShortName: \\"RouteNone\\"",
}

var Two = suite.ConformanceTest{
	ShortName: "RouteTwo",
}
`;

describe('the module of a suite', () => {
  it('names every image and every namespace of its manifests once', () => {
    expect(contents([MANIFEST, MANIFEST], [])).toEqual({
      images: ['registry.example/echo-basic:v1', 'registry.example/echo-basic:v2'],
      namespaces: ['tests-a', 'tests-b'],
      tests: [],
    });
  });

  it('names its tests', () => {
    expect(contents([], [SOURCE]).tests).toEqual(['RouteOne', 'RouteTwo']);
  });
});
