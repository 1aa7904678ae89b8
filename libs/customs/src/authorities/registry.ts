import { legalDateAt, Refused, type Instant } from '@tidewaiter/kernel';
import type { Authority } from './authority.js';
import type { Profile } from './profile.js';

/** By the date in the authority's own zone. */
function isInForce({ zone, validFrom, validTo }: Profile, at: Instant): boolean {
  const on = legalDateAt(at, zone);
  return validFrom <= on && (validTo === null || on <= validTo);
}

/** Finds the channel and profile for a filing. */
export class Authorities {
  /** @param channels makes the authority of a profile, by channel */
  constructor(
    private readonly profiles: readonly Profile[],
    private readonly channels: Partial<Record<Profile['channel'], (profile: Profile) => Authority>>,
  ) {}

  /**
   * @param destination ISO country of the goods
   * @param at when the filing is made: its date in the authority's own zone picks the profile
   * @param procedure two digits; release for free circulation when absent
   * @throws Refused `customs.authority.none` when no profile covers destination, procedure and date
   */
  for(destination: string, at: Instant, procedure = '40'): Authority {
    const fits = (each: Profile): boolean =>
      each.destination === destination && (each.procedures?.includes(procedure) ?? true);
    return this.authorityOf(fits, at, `${destination}, procedure ${procedure},`);
  }

  /**
   * The authority that a declaration keeps for life.
   * @param preparedAt of the filing's first version
   * @throws Refused `customs.authority.none`
   */
  named(authority: string, channel: string, preparedAt: Instant): Authority {
    return this.authorityOf((each) => each.authority === authority && each.channel === channel, preparedAt, authority);
  }

  /** Any authority of a channel: good for reading the references in a message, before it is known whose it is. */
  anyOf(channel: Profile['channel'], at: Instant): Authority {
    return this.authorityOf((each) => each.channel === channel, at, channel);
  }

  /** The authority that a person means: by its short name, else the first of a channel. @throws Refused `customs.authority.none` */
  called(name: string, at: Instant): Authority {
    const wanted = name.toLowerCase();
    const isNamed = this.profiles.some((each) => each.authority.toLowerCase() === wanted);
    return this.authorityOf((each) => (isNamed ? each.authority.toLowerCase() : each.channel) === wanted, at, name);
  }

  /** All that are in force and keep what they say in a mailbox; of those that share one, the first. */
  withMailbox(at: Instant): Authority[] {
    const found = new Map<string, Authority>();
    for (const each of this.profiles) {
      const authority = this.channels[each.channel]?.(each);
      const mailbox = `${each.channel}/${each.edifact?.sender.id ?? each.ace?.site ?? each.authority}`;
      if (authority?.collect && isInForce(each, at) && !found.has(mailbox)) found.set(mailbox, authority);
    }
    return [...found.values()];
  }

  private authorityOf(fits: (profile: Profile) => boolean, at: Instant, what: string): Authority {
    const profile = this.profiles.find((each) => fits(each) && isInForce(each, at));
    const make = profile && this.channels[profile.channel];
    if (!make) {
      throw new Refused('customs.authority.none', `no channel to an authority for ${what} at ${at}`, {
        advice: 'Add a profile for the destination, or file it by hand.',
      });
    }
    return make(profile);
  }
}
