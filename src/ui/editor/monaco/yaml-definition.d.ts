declare module 'monaco-editor/languages/definitions/yaml/yaml' {
  import type { languages } from 'monaco-editor/editor';

  export const conf: languages.LanguageConfiguration;
  export const language: languages.IMonarchLanguage & {
    readonly tokenizer: {
      readonly root: languages.IMonarchLanguageRule[];
      readonly flowNumber: languages.IMonarchLanguageRule[];
    };
  };
}
