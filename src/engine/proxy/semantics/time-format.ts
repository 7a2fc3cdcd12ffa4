/** Calendar arithmetic for log lines; times are Unix epoch milliseconds in UTC. */

interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

const MS_PER_DAY = 86_400_000;

function daysFromEra(days: number): { year: number; month: number; day: number } {
  // Howard Hinnant, chrono-compatible low-level date algorithms: civil_from_days.
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 };
}

function civilTime(epochMs: number): CivilTime {
  const whole = Math.floor(epochMs);
  const days = Math.floor(whole / MS_PER_DAY);
  const ms = whole - days * MS_PER_DAY;
  return {
    ...daysFromEra(days),
    hour: Math.floor(ms / 3_600_000),
    minute: Math.floor(ms / 60_000) % 60,
    second: Math.floor(ms / 1000) % 60,
    millisecond: ms % 1000,
  };
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** `2018-04-16T15:06:39.123Z` */
export function formatIso8601(epochMs: number): string {
  const t = civilTime(epochMs);
  return `${pad(t.year, 4)}-${pad(t.month, 2)}-${pad(t.day, 2)}T${pad(t.hour, 2)}:${pad(t.minute, 2)}:${pad(t.second, 2)}.${pad(t.millisecond, 3)}Z`;
}

/** Milliseconds in the Unix epoch of an UTC date. */
export function epochMsOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) * MS_PER_DAY;
}

/**
 * strftime with Envoy's sub-second extensions: `%s` seconds since the epoch, `%f` nanoseconds, `%3f` milliseconds.
 * envoyproxy/envoy source/common/common/utility.cc DateFormatter
 */
export function formatTime(pattern: string, epochMs: number): string {
  const t = civilTime(epochMs);
  return pattern.replace(/%(E?[1-9]?)([a-zA-Z%])/g, (whole, digits: string, letter: string) => {
    switch (letter) {
      case 'Y':
        return pad(t.year, 4);
      case 'm':
        return pad(t.month, 2);
      case 'd':
        return pad(t.day, 2);
      case 'H':
        return pad(t.hour, 2);
      case 'M':
        return pad(t.minute, 2);
      case 'S':
        return pad(t.second, 2);
      case 'F':
        return `${pad(t.year, 4)}-${pad(t.month, 2)}-${pad(t.day, 2)}`;
      case 'T':
        return `${pad(t.hour, 2)}:${pad(t.minute, 2)}:${pad(t.second, 2)}`;
      case 'z':
        return '+0000';
      case 'Z':
        return 'UTC';
      case 's':
        return String(Math.floor(epochMs / 1000));
      case 'f':
        return `${pad(t.millisecond, 3)}000000`.slice(0, digits === '' ? 9 : Number(digits.replace('E', '')));
      case '%':
        return '%';
      default:
        return whole;
    }
  });
}
