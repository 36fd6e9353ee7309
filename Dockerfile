# The control plane. `docker build -t windlass:0.1.0 .`
# scripts/images.ts makes the same image without an engine; a test compares what is where, who runs it and how.
ARG NODE=24.21.0

FROM node:${NODE}-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node scripts/generate.mjs && PATH="$PWD/node_modules/.bin:$PATH" node scripts/build.mjs
# What runs, without what only people and compilers read.
RUN npm ci --omit=dev --no-audit --no-fund --ignore-scripts \
  && find node_modules dist -type f -regextype posix-extended -iregex '.*\.(map|md|markdown|d\.[cm]?ts|[cm]?ts|tsbuildinfo)' -delete

# Libraries and CA certificates; no shell, no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /src/node_modules /app/node_modules
COPY --from=build /src/dist /app/dist
COPY package.json LICENSE /app/
ENV NODE_ENV=production SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532:65532
WORKDIR /app
ENTRYPOINT ["/usr/local/bin/node", "/app/dist/cli/main.js"]
