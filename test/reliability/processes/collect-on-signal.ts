/** Preloaded into a sidecar with `--expose-gc --import`: SIGWINCH collects its garbage, so that what stays can be told from what lies about. */
process.on('SIGWINCH', () => gc!());
