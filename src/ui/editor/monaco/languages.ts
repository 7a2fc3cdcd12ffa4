import type * as MonacoModule from 'monaco-editor/editor';
import { conf, language } from 'monaco-editor/languages/definitions/yaml/yaml';

/** Envoy's configuration as this program prints it. */
export const JSON_LANGUAGE = 'meshwork-json';
export const YAML_LANGUAGE = 'yaml';
/** For texts that the YAML service should not read. */
export const PLAIN_LANGUAGE = 'plaintext';

/** 250ms and 1s read as numbers, which is what they are to a mesh. */
const DURATION = /\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h)(?![ \t]*[^\s#])/;
const FLOW_DURATION = /\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h)(?=[ \t]*[,\]}])/;

function yamlTokens(): MonacoModule.languages.IMonarchLanguage {
  const { root, flowNumber } = language.tokenizer;
  const at = root.findIndex((rule) => 'include' in rule && rule.include === '@blockStyle') + 1;
  return {
    ...language,
    tokenizer: {
      ...language.tokenizer,
      root: [...root.slice(0, at), [DURATION, 'number'], ...root.slice(at)],
      flowNumber: [[FLOW_DURATION, 'number'], ...flowNumber],
    },
  };
}

const JSON_TOKENS: MonacoModule.languages.IMonarchLanguage = {
  tokenPostfix: '.json',
  tokenizer: {
    root: [
      [/"(?:[^"\\]|\\.)*"(?=\s*:)/, 'key'],
      [/"(?:[^"\\]|\\.)*"/, 'string'],
      [/-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/, 'number'],
      [/\b(?:true|false|null)\b/, 'keyword'],
      [/[{}[\],:]/, 'delimiter'],
    ],
  },
};

/** The languages of the page: manifests, and the proxies' configuration. */
export function registerLanguages(monaco: typeof MonacoModule): void {
  monaco.languages.register({ id: YAML_LANGUAGE, extensions: ['.yaml', '.yml'] });
  monaco.languages.setMonarchTokensProvider(YAML_LANGUAGE, yamlTokens());
  monaco.languages.setLanguageConfiguration(YAML_LANGUAGE, conf);
  monaco.languages.register({ id: JSON_LANGUAGE });
  monaco.languages.setMonarchTokensProvider(JSON_LANGUAGE, JSON_TOKENS);
  monaco.languages.setLanguageConfiguration(JSON_LANGUAGE, {
    brackets: [
      ['{', '}'],
      ['[', ']'],
    ],
  });
}
