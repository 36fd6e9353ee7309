import type { Published } from './published.js';
import type { LevelReport } from './report.js';

/** Seconds that Envoy Gateway 1.9.1 with Envoy 1.40 took for the gateway profiles of v1.6.1, on such a cluster of two processors. */
const PEER_SECONDS = 589;

/** The README beside a report, as upstream's folder of reports asks for it, made from the report and the record of its run. */
export function readme({ report, record, file }: Published): string {
  const { gatewayAPIChannel: channel, gatewayAPIVersion: suite, mode, implementation } = report;
  const { environment: on, gateways } = record;
  return `# Windlass

Control plane for the Kubernetes Gateway API that programs Envoy over xDS. This is what the official conformance suite ${suite} says of it, unmodified and complete:
${record.passed} tests passed, ${record.failed} failed, ${record.skipped} skipped. Tests of meshes, which no gateway can pass, are not counted.

## Table of Contents

| API channel | Implementation version | Mode | Report |
|---|---|---|---|
| ${channel} | [${implementation.version}](https://windlass.io) | ${mode} | [${implementation.version} report](./${file}) |

## Results

| Profile | Core | Extended | Extended features that are not claimed |
|---|---|---|---|
${report.profiles
  .map(
    ({ name, core, extended }) =>
      `| ${name} | ${told(core)} | ${extended === undefined ? 'none' : told(extended)} | ${names(extended?.unsupportedFeatures)} |`,
  )
  .join('\n')}

| Time | |
|---|---|
| The whole suite, with its base resources and its clean-up | ${clock(record.seconds)} |
| A peer, Envoy Gateway 1.9.1, with the suite v1.6.1 on such a cluster | ${clock(PEER_SECONDS)} |
| From the creation of a Gateway until it is Programmed: median | ${inSeconds(gateways.medianMs)} |
| the same, 95th percentile | ${inSeconds(gateways.p95Ms)} |
| the same, longest | ${inSeconds(gateways.maxMs)} |

The last three are of the ${gateways.count} Gateways that were Programmed as they were created, as a client sees it that watches them. Programmed only after a test had changed them: ${gateways.changed}. Never, as
a test refuses them or ends before: ${gateways.never.length}; [run.json](./run.json) names them.

## Environment

\`e2e/cluster/\` begins a Kubernetes of one node – kubelet, containerd, kube-proxy, CoreDNS – in network, mount and PID namespaces of its own, from which no route leads anywhere else.

| | |
|---|---|
| Machine | ${on.processors} processors, ${on.memoryGiB} GiB of memory, Linux ${on.kernel} |
| Kubernetes | ${on.kubernetes}, ${on.containerRuntime} |
| Envoy | ${on.envoy}, one worker for each Gateway |

## Reproduce

From a clone, on Linux, as root, with Node.js, npm, Go 1.26, Python with pip, and Debian's \`apt-get\`:

\`\`\`sh
${record.command}
\`\`\`

It builds every program from published modules, begins the cluster, installs the definitions of the experimental channel that the suite's own module has, and Windlass by its chart from the work tree, runs the suite, and
leaves report and log in \`build/conformance/${suite}/\`. \`RUN=TestName\` runs one test. Features are those that the GatewayClass tells.

No image is pulled. Those that the suite's manifests name are made from the suite's own programs, under the same names. ${IMAGES[suite] ?? ''}
`;
}

/** The page above the folders of all reports. */
export function overview(all: readonly Published[]): string {
  return `# What the official conformance suite says

Windlass by its own chart, on a real Kubernetes of one node, under the conformance suite of the Gateway API as it is published: every test of the five gateway profiles.

| Suite | Tests passed | Failed | Skipped | Time | Until a Gateway is Programmed: median, p95, longest | Report |
|---|---|---|---|---|---|---|
${all
  .map(
    ({ record: { suite, passed, failed, skipped, seconds, gateways }, file }) =>
      `| ${suite} | ${passed} | ${failed} | ${skipped} | ${clock(seconds)} | ${inSeconds(gateways.medianMs)}, ${inSeconds(gateways.p95Ms)}, ${inSeconds(gateways.maxMs)} | [results](${suite}/README.md), [report](${suite}/${file}) |`,
  )
  .join('\n')}

- \`make conformance\` runs it, with \`SUITE=v1.6.1\` that of the release before; \`RUN=TestName\` runs one test. It needs Linux and root, and builds everything else itself.
- \`make conformance-publish\` puts the reports of the last complete runs here, unedited, and writes these pages from them; a test fails when a page and its report differ.
- Which test of ours asserts what a test of the suite asserts, without a cluster, is in [conformance.md](../reference/conformance.md); which features are claimed, and how each is shown, in
  [features.md](../reference/features.md).
`;
}

const IMAGES: Readonly<Record<string, string>> = {
  'v1.7.0':
    'The module of `echo-basic` v0.2.0, which the UDP tests ask for, cannot be had from the module proxy; v0.1.0 stands for it: its UDP mode answers with every field that the tests read (request, service, namespace, pod).',
  'v1.6.1':
    'All tags of `echo-basic` are the one that is in the module of the suite, and CoreDNS is built from its module with the plugins that the test configures, of a newer version.',
};

function told({ statistics: { Passed, Failed, Skipped } }: LevelReport): string {
  return `${Passed} passed, ${Failed} failed, ${Skipped} skipped`;
}

function names(features: readonly string[] = []): string {
  return features.length === 0 ? 'none' : features.map((name) => `\`${name}\``).join(', ');
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
