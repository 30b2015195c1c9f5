/** `request_id`, or `request.id`, as a property or function: `requestId`. Leading capitals are lowered: `Bolt` gives `bolt`. */
export function camelCase(name: string): string {
  const parts = name.split(/[_.]/).filter((part) => part !== '');
  const joined = parts.map((part, i) => (i === 0 ? part : part[0]!.toUpperCase() + part.slice(1))).join('');
  return joined === '' ? name : joined[0]!.toLowerCase() + joined.slice(1);
}

/** `request_id` as part of a type or function name: `RequestId`. */
export function pascalCase(name: string): string {
  const camel = camelCase(name);
  return camel[0]!.toUpperCase() + camel.slice(1);
}
