package io.rockpool.testkit;

import io.rockpool.testkit.FaultyServerSql.Answer;
import java.lang.reflect.Method;
import java.sql.Array;
import java.sql.Connection;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An SQL array of texts or numbers. Threads and errors: as {@link FaultyDriverHandler}. */
final class FaultyDriverArray extends FaultyDriverHandler {
    final Array array;
    private final Connection connection;
    private final Object[] elements;
    private boolean freed;

    FaultyDriverArray(FaultyServer server, FaultyServerSession session, Connection connection, Object... elements) {
        super(server, session, Array.class);
        this.connection = connection;
        this.elements = elements.clone();
        this.array = proxy(Array.class);
    }

    @Override
    @Nullable Object answer(Object proxy, Method method, Object[] args) throws Throwable {
        if (method.getName().equals("free")) {
            freed = true;
            return null;
        } else if (freed) {
            throw FaultSqlState.exception(FaultSqlState.OBJECT_CLOSED, "the array is freed");
        }
        return switch (method.getName()) {
            case "getArray" -> elements.clone();
            case "getBaseTypeName" -> "text";
            case "getBaseType" -> Types.VARCHAR;
            case "getResultSet" -> resultSet();
            default -> unsimulated(proxy, method, args);
        };
    }

    private Object resultSet() {
        List<Object[]> rows = new ArrayList<>();
        for (Object element : elements) {
            rows.add(new Object[] {(long) rows.size() + 1, element});
        }
        return FaultyDriverStatement.forMetaData(server, session, connection)
                .results(new Answer(List.of("index", "value"), rows, -1))
                .resultSet;
    }
}
