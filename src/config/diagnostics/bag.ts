import type { Diagnostic } from '../diagnostic';
import type { DiagnosticBag } from '../kind-definition';
import type { ConfigPath } from '../object-ref';
import type { Resource } from '../resource';
import { type Catalogue, fixOf, hintOf, messageOf, type TemplateValues } from './catalogue';

/** A bag that fills in reference, file and range of one resource. */
export function createBag(resource: Pick<Resource, 'ref' | 'source'>, catalogue: Catalogue): DiagnosticBag {
  const all: Diagnostic[] = [];
  return {
    all,
    report(code, path, values = {}) {
      all.push(diagnosticOf(catalogue, resource, { code, path, values }));
    },
  };
}

export interface Finding {
  readonly code: string;
  readonly path: ConfigPath;
  readonly values: TemplateValues;
}

/** One finding about a resource as a value for the user. */
export function diagnosticOf(
  catalogue: Catalogue,
  resource: Pick<Resource, 'ref' | 'source'>,
  finding: Finding,
): Diagnostic {
  const entry = catalogue.entry(finding.code);
  const hint = hintOf(entry, finding.values);
  const fix = fixOf(entry, finding.values);
  const keyRange = entry.at === 'key' ? resource.source.keyRangeOf(finding.path) : undefined;
  return {
    code: entry.code,
    severity: entry.severity,
    message: messageOf(entry, finding.values),
    ...(hint === undefined ? {} : { hint }),
    ...(fix === undefined ? {} : { fix }),
    ...(entry.link === undefined ? {} : { link: entry.link }),
    ref: resource.ref,
    path: finding.path,
    file: resource.source.file,
    range: keyRange ?? resource.source.rangeOf(finding.path),
  };
}
