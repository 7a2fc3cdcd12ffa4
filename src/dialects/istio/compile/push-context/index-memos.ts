import { Memo } from '../memo';
import type { Service } from '../model';
import type { DerivedDestinationRule } from '../resources';
import type { DestinationRule } from './destination-rules';
import type { EndpointIndex } from './endpoint-index';
import type { VirtualService } from './virtual-services';

/** Indexes and their parts, for as long as what they are made from stays the same. */
export class IndexMemos {
  readonly services: Memo<Service>;
  readonly entries: Memo<readonly Service[]>;
  readonly rules: Memo<DestinationRule>;
  readonly derivedRules: Memo<DerivedDestinationRule>;
  readonly virtualServices: Memo<VirtualService>;
  readonly endpoints: Memo<EndpointIndex>;

  constructor(previous?: IndexMemos) {
    this.services = new Memo(previous?.services);
    this.entries = new Memo(previous?.entries);
    this.rules = new Memo(previous?.rules);
    this.derivedRules = new Memo(previous?.derivedRules);
    this.virtualServices = new Memo(previous?.virtualServices);
    this.endpoints = new Memo(previous?.endpoints);
  }
}
