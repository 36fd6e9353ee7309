import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { until } from './until.js';

/** One span as a collector received it. Ids are hexadecimal. */
export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  /** Empty for a root. */
  readonly parentId: string;
  /** Numbers as numbers, everything else as text. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

export interface Collector {
  readonly port: number;
  readonly spans: readonly ReceivedSpan[];
  /** Metadata of every export, names in lower case. */
  readonly exports: readonly Readonly<Record<string, unknown>>[];
  close(): void;
}

type Value = { stringValue?: string; boolValue?: boolean; intValue?: number; doubleValue?: number };
interface Attribute {
  readonly key: string;
  readonly value?: Value | null;
}
interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource?: { readonly attributes: readonly Attribute[] } | null;
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: Uint8Array;
        /** Absent in a root. */
        readonly parentSpanId?: Uint8Array | null;
        readonly name: string;
        readonly attributes: readonly Attribute[];
      }[];
    }[];
  }[];
}

/** As much of the OpenTelemetry protocol as is looked at. Source: opentelemetry-proto 1.x, collector/trace/v1, trace/v1, common/v1. */
const schema = protobuf
  .parse(
    `
  syntax = "proto3";
  message ExportRequest { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated Attribute attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span { bytes trace_id = 1; bytes parent_span_id = 4; string name = 5; repeated Attribute attributes = 9; }
  message Attribute { string key = 1; Value value = 2; }
  message Value { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
`,
  )
  .root.lookupType('ExportRequest');

/** A real gRPC server on loopback that takes spans as OTLP collectors do, and keeps them. @param port 0: a free one */
export async function startCollector(port = 0): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  const exports: Readonly<Record<string, unknown>>[] = [];
  const server = new Server();
  server.register(
    '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>) => {
      exports.push(call.metadata.getMap());
      try {
        spans.push(...spansOf(call.request));
        reply(null, Buffer.alloc(0));
      } catch (error) {
        reply({ code: status.INVALID_ARGUMENT, details: String(error) });
      }
    },
    (bytes: Buffer) => bytes,
    (bytes: Buffer) => bytes,
    'unary',
  );
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, given) => {
      if (error === null) resolve(given);
      else reject(error);
    });
  });
  return { port: bound, spans, exports, close: () => server.forceShutdown() };
}

function spansOf(bytes: Buffer): readonly ReceivedSpan[] {
  const { resourceSpans } = schema.toObject(schema.decode(bytes), {
    arrays: true,
    longs: Number,
  }) as ExportRequest;
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap((scope) => scope.spans)
      .map(({ name, traceId, parentSpanId, attributes }) => ({
        service: String(record(resource?.attributes ?? [])['service.name'] ?? ''),
        name,
        traceId: Buffer.from(traceId).toString('hex'),
        parentId: Buffer.from(parentSpanId ?? []).toString('hex'),
        attributes: record(attributes),
      })),
  );
}

function record(attributes: readonly Attribute[]): ReceivedSpan['attributes'] {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value?.stringValue ?? value?.intValue ?? value?.doubleValue ?? value?.boolValue ?? '',
    ]),
  );
}

/** Envoy sends what it has of each thread after so long, in milliseconds, or five spans. */
const FLUSH_MS = 5_000;

/** Waits until nothing is under way any more: no span came for longer than they are held back. */
export async function settled({ spans }: Collector): Promise<void> {
  let known = spans.length;
  let since = Date.now();
  await until('spans to come to an end', () => {
    if (spans.length > known) [known, since] = [spans.length, Date.now()];
    return Date.now() > since + FLUSH_MS + 1_000 ? true : undefined;
  });
}
