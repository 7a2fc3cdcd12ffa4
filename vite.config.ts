import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// './' serves from any path; a host that needs absolute addresses sets MESHWORK_BASE, for example to '/meshwork/'.
const base = process.env['MESHWORK_BASE'] ?? './';

export default defineConfig({
  base,
  plugins: [react()],
  resolve: {
    // monaco-yaml imports the worker by the path older editors had.
    alias: [
      { find: 'monaco-editor/esm/vs/editor/editor.worker.js', replacement: 'monaco-editor/editor/editor.worker.js' },
    ],
  },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // The editor is one lazy chunk of about 4 MB; scripts/check-size.mjs holds what must stay small.
    chunkSizeWarningLimit: 5000,
    reportCompressedSize: false,
    rolldownOptions: {
      // Below the interface nothing works by being imported: what is not used is left out, whole floors of it.
      treeshake: { moduleSideEffects: [{ test: /\/src\/(?!ui\/).*(?<!\.worker)\.ts$/, sideEffects: false }] },
    },
  },
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1' },
});
