/**
 * Numbers that depend on nothing but a seed, a purpose and a place: the same question always has the same answer.
 *
 * @param {number} seed
 * @returns {(...place: (string | number)[]) => number} from 0 up to, but not, 1
 */
export function randomness(seed) {
  return (...place) => {
    // FNV-1a over the text, then the finaliser of MurmurHash3, both in the public domain.
    let hash = 0x811c9dc5 ^ seed;
    for (const character of place.join("\u0001")) {
      hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  };
}
