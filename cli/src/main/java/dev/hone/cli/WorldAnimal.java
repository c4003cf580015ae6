package dev.hone.cli;

/**
 * An animal of the world and all that is true of it.
 *
 * @param name singular, without article
 * @param colour its only colour
 * @param home where it lives, with preposition and article: {@code in the forest}
 * @param food what it eats, in the plural or uncountable
 * @param sound what it says
 * @param legs how many legs it has
 */
record WorldAnimal(String name, String colour, String home, String food, String sound, int legs) {

    /** The last word of the home: {@code forest}. */
    String place() {
        return home.substring(home.lastIndexOf(' ') + 1);
    }

    /** How big it is: its row in {@link World#SIZES}. */
    int size() {
        for (int size = 0; size < World.SIZES.size(); size++) {
            if (World.SIZES.get(size).contains(name))
                return size;
        }
        throw new IllegalStateException("no size for the " + name + ": add it to World.SIZES");
    }

    /** The number of legs in words: {@code no}, {@code two}, … */
    String legsInWords() {
        return World.LEG_WORDS.getOrDefault(legs, String.valueOf(legs));
    }
}
