// Files of their own, so that the bundler makes workers of the library's services.
import 'monaco-yaml/yaml.worker.js';
