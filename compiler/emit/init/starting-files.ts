import { startingFrames } from './starting-frames.js';
import { startingSchema } from './starting-schema.js';

/** A file of a new protocol, its path relative to the folder of the project. */
export interface StartingFile {
  readonly path: string;
  readonly text: string;
}

/** All that a new protocol begins with: schema, first frames, a sidecar that speaks it, the lines for CI. */
export function startingFiles(name: string): StartingFile[] {
  const slug = name.replaceAll('_', '-');
  const schema = `schemas/${slug}.proto-frame`;
  const frames = startingFrames(name).map((one) => ({
    path: `corpus/${slug}/valid/${one.name}`,
    text: one.text,
  }));
  return [
    { path: schema, text: startingSchema(name) },
    ...frames,
    { path: `${slug}-sidecar.yaml`, text: sidecar(name, slug) },
    {
      path: 'ci/proto-frame.sh',
      text: shell(
        schema,
        `${slug}-sidecar.yaml`,
        frames.map((one) => one.path),
      ),
    },
    { path: 'ci/proto-frame.yml', text: WORKFLOW },
  ];
}

function sidecar(name: string, slug: string): string {
  return `# A sidecar for ${name}: clients connect to 127.0.0.1:9000, and requests of the service greeter go on to the
# server at 127.0.0.1:9001. \`proto-frame-proxy schema\` lists every key.
codecs:
  - ./generated/${slug}.js # proto-frame compile schemas/${slug}.proto-frame --out generated --emit js

listeners:
  - name: ${slug}
    address: 127.0.0.1:9000
    protocol: ${name}
    route_config: services

route_configs:
  - name: services
    virtual_hosts:
      - name: all
        domains: ['*']
        routes:
          - match: { service: greeter }
            route: { cluster: greeter, timeout: 3s }

clusters:
  - name: greeter
    hosts:
      - address: 127.0.0.1:9001
    connect_timeout: 1s
    keepalive: { interval: 15s, timeout: 1s, failures: 2 }

admin:
  address: 127.0.0.1:15000
`;
}

function shell(schema: string, config: string, frames: readonly string[]): string {
  return `#!/bin/sh
# What CI runs for the schemas: sh ci/proto-frame.sh [BRANCH], from the folder that holds schemas/.
# Needs: npm install --save-dev @proto-frame/compiler @proto-frame/runtime
set -eu

npx --no-install proto-frame check schemas
npx --no-install proto-frame fmt --check schemas

# The committed codecs are what the schemas give.
npx --no-install proto-frame compile schemas --out generated --emit js --check

# Every recorded frame is read.
for frame in ${frames.join(' ')}; do
  npx --no-install proto-frame decode --schema ${schema} --file "$frame" --format brief
done

# Peers that run the version on the branch are understood. Remove the line when the wire is meant to change.
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
if git show "\${1:-origin/main}:./${schema}" >"$before/old.proto-frame" 2>/dev/null; then
  npx --no-install proto-frame diff "$before/old.proto-frame" ${schema}
fi

npx --no-install proto-frame-proxy --check ${config}
`;
}

const WORKFLOW = `# For GitHub Actions: copy to .github/workflows/proto-frame.yml. Elsewhere: sh ci/proto-frame.sh does it all.
name: proto-frame
on: [push, pull_request]
jobs:
  schemas:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: actions/setup-node@v4
        with:
          node-version: 20
      - run: npm ci
      - run: sh ci/proto-frame.sh
`;
