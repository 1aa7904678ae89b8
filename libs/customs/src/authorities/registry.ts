import { legalDateAt, Refused, type Instant } from '@tidewaiter/kernel';
import type { Authority } from './authority.js';
import type { Profile } from './profile.js';

/** Finds the channel and profile for a filing. */
export class Authorities {
  /** @param channels makes the authority of a profile, by channel */
  constructor(
    private readonly profiles: readonly Profile[],
    private readonly channels: Record<Profile['channel'], (profile: Profile) => Authority>,
  ) {}

  /**
   * @param destination ISO country of the goods
   * @param at when the filing is made: its date in the authority's own zone picks the profile
   * @throws Refused `customs.authority.none` when no profile covers destination and date
   */
  for(destination: string, at: Instant): Authority {
    return this.authorityOf((each) => each.destination === destination, at, destination);
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

  private authorityOf(fits: (profile: Profile) => boolean, at: Instant, what: string): Authority {
    const profile = this.profiles.find((each) => {
      const on = legalDateAt(at, each.zone);
      return fits(each) && each.validFrom <= on && (each.validTo === null || on <= each.validTo);
    });
    if (!profile) {
      throw new Refused('customs.authority.none', `no channel to an authority for ${what} at ${at}`, {
        advice: 'Add a profile for the destination, or file it by hand.',
      });
    }
    return this.channels[profile.channel](profile);
  }
}
