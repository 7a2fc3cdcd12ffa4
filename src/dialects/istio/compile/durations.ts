import { type Ns, parseDuration } from '../../../base';

/** A duration as written in YAML; undefined when absent or malformed, which validation reports. */
export function durationNs(text: string | undefined): Ns | undefined {
  if (text === undefined) return undefined;
  const parsed = parseDuration(text);
  return parsed.ok ? parsed.value : undefined;
}
