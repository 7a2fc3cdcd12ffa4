import { Memo } from '../memo';
import type { Service } from '../model';
import type { DestinationRule } from './destination-rules';
import type { EndpointIndex } from './endpoint-index';

/** Indexes and their parts, for as long as what they are made from stays the same. */
export class IndexMemos {
  readonly services: Memo<Service>;
  readonly entries: Memo<readonly Service[]>;
  readonly rules: Memo<DestinationRule>;
  readonly endpoints: Memo<EndpointIndex>;

  constructor(previous?: IndexMemos) {
    this.services = new Memo(previous?.services);
    this.entries = new Memo(previous?.entries);
    this.rules = new Memo(previous?.rules);
    this.endpoints = new Memo(previous?.endpoints);
  }
}
