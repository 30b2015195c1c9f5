import { fileURLToPath } from 'node:url';

/** The project's folder, from the sources and from test/dist alike; ends with a slash. */
export const ROOT = fileURLToPath(
  new URL(import.meta.url.includes('/test/dist/') ? '../../../' : '../../', import.meta.url),
);
