import { assertNever, NS_PER_S, type Ns, sin } from '../../base';
import type { RateProfile } from './model';

const TWO_PI = 6.283185307179586;

/** Requests per second at `sinceStartNs` after the start of the load. */
export function ratePerSecond(profile: RateProfile, sinceStartNs: Ns): number {
  switch (profile.kind) {
    case 'flat':
      return profile.perSecond;
    case 'ramp': {
      if (sinceStartNs >= profile.durationNs) return profile.toPerSecond;
      const share = sinceStartNs / profile.durationNs;
      return profile.fromPerSecond + share * (profile.toPerSecond - profile.fromPerSecond);
    }
    case 'spike': {
      const inside = sinceStartNs >= profile.atNs && sinceStartNs < profile.atNs + profile.durationNs;
      return inside ? profile.peakPerSecond : profile.basePerSecond;
    }
    case 'steps': {
      let perSecond = 0;
      for (const step of profile.steps) if (sinceStartNs >= step.atNs) perSecond = step.perSecond;
      return perSecond;
    }
    case 'wave': {
      const phase = ((sinceStartNs % profile.periodNs) / profile.periodNs) * TWO_PI;
      return Math.max(0, profile.meanPerSecond + profile.amplitudePerSecond * sin(phase));
    }
    default:
      return assertNever(profile);
  }
}

/** An upper bound of the rate over all time. */
export function maxRatePerSecond(profile: RateProfile): number {
  switch (profile.kind) {
    case 'flat':
      return profile.perSecond;
    case 'ramp':
      return Math.max(profile.fromPerSecond, profile.toPerSecond);
    case 'spike':
      return Math.max(profile.basePerSecond, profile.peakPerSecond);
    case 'steps':
      return profile.steps.reduce((max, step) => Math.max(max, step.perSecond), 0);
    case 'wave':
      return profile.meanPerSecond + Math.abs(profile.amplitudePerSecond);
    default:
      return assertNever(profile);
  }
}

/** Mean time between requests at a rate; the shortest is one nanosecond. */
export function intervalNs(perSecond: number): Ns {
  return Math.max(1, NS_PER_S / perSecond);
}
