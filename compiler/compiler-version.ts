/** The compiler's version as generated files name it; a test keeps it equal to package.json. */
export const COMPILER_VERSION = '0.1.0';
