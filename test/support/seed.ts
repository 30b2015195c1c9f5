import fc from 'fast-check';
import { seedFromEnvironment } from './random.js';

// Properties of all test files start from the one seed.
fc.configureGlobal({ seed: seedFromEnvironment() });
