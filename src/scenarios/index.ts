/** Worlds to start from, and what attaches to manifests from elsewhere. */
export { SCENARIOS } from './catalogue';
export { importFiles, importIsotope, isIsotope } from './isotope';
export { PRESETS } from './presets';
