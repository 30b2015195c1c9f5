#!/usr/bin/env node
// A file of its own, so that npm can link the command before dist/ has been built.
import '../dist/cli/main.js';
