package io.rockpool;

import io.rockpool.jdbc.AnyDatabase;
import io.rockpool.jdbc.ConnectionSettings;
import io.rockpool.jdbc.Database;
import io.rockpool.jdbc.DatabaseProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The database profiles on the class or module path. Threads: any. */
final class Profiles {

    private Profiles() {}

    static List<DatabaseProfile> all() {
        List<DatabaseProfile> profiles = new ArrayList<>();
        ServiceLoader.load(DatabaseProfile.class, Profiles.class.getClassLoader())
                .forEach(profiles::add);
        return profiles;
    }

    static @Nullable DatabaseProfile of(String url) {
        return all().stream().filter(p -> p.accepts(url)).findFirst().orElse(null);
    }

    static Database database(@Nullable DatabaseProfile profile, ConnectionSettings settings, Consumer<String> fault) {
        return profile == null ? AnyDatabase.of(settings, fault) : profile.database(settings, fault);
    }
}
