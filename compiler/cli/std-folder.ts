import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Begins the path of a `use` that names one of the schemas that come with the compiler. */
export const STD = 'std/';

/** Where it is in a package, in a checkout beside the sources, and beside what was built of them. */
const PLACES = ['../../std/', '../../schemas/std/', '../../../schemas/std/'];

/** The folder of the schemas that come with the compiler: Hessian 2, JCE, protobuf and others. Absolute. */
export function stdFolder(): string {
  const places = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return places.find((place) => existsSync(place)) ?? places[0]!;
}
