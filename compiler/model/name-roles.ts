/** Roles whose values are names, in the order they are said. */
export const NAME_ROLES = ['service', 'method', 'group', 'version'] as const;
