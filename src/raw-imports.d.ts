// A scenario or manifest imported as text: `import text from './hero-registry.yaml?raw'`.
// Declared here rather than by vite/client, whose types would bring the DOM into the lower floors.
declare module '*?raw' {
  const text: string;
  export default text;
}
