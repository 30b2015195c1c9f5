/**
 * The version of this contract. A generated codec carries the version it was generated for, and the
 * runtime refuses to load one it does not speak. It grows when something here changes its meaning.
 */
export const CONTRACT_VERSION = 1;
