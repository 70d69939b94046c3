package io.rockpool.benchmarks;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.AgroalConnectionPoolConfiguration.ConnectionValidator;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.sql.SQLException;

/**
 * Agroal. By default it validates nothing, knows no leaks and counts nothing; it has no way to roll back on return. Its
 * initial size stays 0, as it comes: else a borrow that meets the pool's own opening can wait for its whole timeout.
 */
final class AgroalPeer {

    private AgroalPeer() {}

    static OpenPool open(Shape shape, boolean safe) throws SQLException {
        AgroalDataSourceConfigurationSupplier config = new AgroalDataSourceConfigurationSupplier();
        config.connectionPoolConfiguration()
                .minSize(shape.minimumIdle())
                .maxSize(shape.most())
                .acquisitionTimeout(shape.timeout())
                .connectionFactoryConfiguration()
                .jdbcUrl(shape.url());
        if (safe) {
            config.metricsEnabled();
            config.connectionPoolConfiguration()
                    .idleValidationTimeout(Peers.VALIDATION_WINDOW)
                    .connectionValidator(ConnectionValidator.defaultValidator())
                    .leakTimeout(Peers.LEAK_THRESHOLD);
        }
        AgroalDataSource pool = AgroalDataSource.from(config);
        return OpenPool.of(pool, pool::close);
    }
}
